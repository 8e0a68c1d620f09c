"""What alembic runs to bring a schema up to date, with the connection and the schema that `migrate` hands over."""

from alembic import context

from willbuy.warehouse.postgres.tables import VERSION_TABLE


def run() -> None:
    """Run the missing steps in the transaction that the connection is in."""
    handed = context.config.attributes
    context.configure(
        connection=handed["connection"], version_table=VERSION_TABLE, version_table_schema=handed["schema"]
    )
    context.run_migrations()


if __name__ == "env_py":  # the name under which alembic loads it
    run()
