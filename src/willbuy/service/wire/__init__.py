"""The wire: connections and their limits, requests and answers as bytes, JSON, the shape of a refusal."""
