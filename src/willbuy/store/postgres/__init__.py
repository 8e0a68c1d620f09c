"""The live store and the prediction log on a PostgreSQL server: tables of their own in the shop's schema, for many processes.

Nothing here needs more than psycopg. Each process writes by one thread, which commits together what waits; what is read is
read as it stands on the server, so no process answers from what another one has changed.
"""
