"""One table in place of another of the same columns: what others were allowed on the old one, they are on the new one."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


def replace_table(connection: "psycopg.Connection[Any]", name: str, by: str) -> bool:
    """Give an empty table the rows of another, which is gone then; in the caller's transaction.

    Returns whether the other table itself stands there now, its indexes with it. Where somebody has built on the old one (a
    view, a foreign key, a policy, a trigger, a publication), that one stays, and its rows are inserted.
    """
    if connection.execute(_BUILT_UPON, [name]).fetchone():
        connection.execute(f'INSERT INTO "{name}" SELECT * FROM "{by}"')
        connection.execute(f'DROP TABLE "{by}"')
        return False
    grants = connection.execute(_GRANTS, {"name": name, "by": by}).fetchall()
    connection.execute(f'DROP TABLE "{name}"')
    for (statement,) in grants:
        connection.execute(statement)
    connection.execute(f'ALTER TABLE "{by}" RENAME TO "{name}"')
    return True


_BUILT_UPON = """
SELECT 1 FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = to_regclass(%s) AND (deptype = 'n' OR classid IN (
    'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_publication_rel'::regclass)) LIMIT 1"""

_GRANTS = """
SELECT format('GRANT %%s%%s ON %%I TO %%s%%s', g.privilege_type, ' (' || quote_ident(g.attname) || ')', %(by)s::text,
    COALESCE(quote_ident(r.rolname), 'PUBLIC'), CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM (
    SELECT a.*, NULL::name AS attname, c.relowner FROM pg_class AS c, aclexplode(c.relacl) AS a WHERE c.oid = to_regclass(%(name)s)
    UNION ALL
    SELECT a.*, t.attname, c.relowner FROM pg_class AS c JOIN pg_attribute AS t ON t.attrelid = c.oid, aclexplode(t.attacl) AS a
    WHERE c.oid = to_regclass(%(name)s)) AS g
LEFT JOIN pg_roles AS r ON r.oid = g.grantee WHERE g.grantee <> g.relowner"""
