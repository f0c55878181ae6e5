"""What Alembic runs each time; :func:`kiosk.desk.database.open_database` hands it the connection."""

from alembic import context

from kiosk.desk.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes no column in place
)
with context.begin_transaction():
    context.run_migrations()
