-- The logins that own something themselves in a database where what they make should belong to the owner group. A client makes
-- things in its own name when it has dropped the role that it came in with: by SET ROLE NONE, or by DISCARD ALL, with which
-- poolers and drivers clean a connection. From outside it is not seen whether that is a temporary table. Default privileges
-- and user mappings are a login's own.
CREATE FUNCTION owned_by_logins() RETURNS TABLE (database text, login text) LANGUAGE sql STABLE AS $$
    SELECT d.physical, r.physical
      FROM grants g
      JOIN databases d ON d.id = g.database_id AND d.status = 'active'
      JOIN roles r ON r.id = g.role_id AND r.status = 'active'
      JOIN pg_database p ON p.datname = d.physical AND pg_get_userbyid(p.datdba) = current_user
           AND p.datconnlimit <> -2 AND p.datallowconn
      JOIN pg_roles u ON u.rolname = r.physical
     WHERE g.privilege = 'OWNER'
       AND EXISTS (SELECT FROM pg_shdepend s
                    WHERE s.refclassid = 'pg_authid'::regclass
                      AND s.refobjid = u.oid
                      AND s.dbid = p.oid
                      AND s.deptype = 'o'
                      AND s.classid NOT IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass))
     ORDER BY 1, 2
$$;
