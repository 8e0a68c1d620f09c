"""What the service writes, in SQLite files under the shop's home: events, and the predictions that it answered."""
