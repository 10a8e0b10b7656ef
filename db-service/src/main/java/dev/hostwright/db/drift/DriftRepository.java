package dev.hostwright.db.drift;

import dev.hostwright.db.server.PlacementRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.Servers;
import dev.hostwright.db.tenant.Scope;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Our books beside the server's catalogs; nothing is written, and no other database is entered. */
@ApplicationScoped
class DriftRepository {

    private static final int MOST = 1000;

    /**
     * In one statement, so that all of a server is seen at one moment. What is being deleted, or kept, is not looked
     * at. The names on the server may be anybody's and go into statements quoted. Before PostgreSQL 16, memberships
     * have no options, and whoever makes a role is no member of it.
     */
    private static final String FINDINGS = """
            WITH dbs AS (
                SELECT o.id, o.tenant_id, o.physical, o.suspended, o.connection_limit, p.oid, p.datdba, p.datacl,
                       p.datconnlimit, p.datallowconn, o.quota_group,
                       coalesce(pg_get_userbyid(p.datdba) = current_user, false) AS ours
                  FROM databases o
                  LEFT JOIN pg_database p ON p.datname = o.physical
                 WHERE o.status = 'active'),
            tiers AS (
                SELECT d.id, d.tenant_id, t.physical, t.privilege, d.oid AS database, d.suspended, u.oid
                  FROM dbs d
                 CROSS JOIN LATERAL (VALUES (d.physical || '_own', 'OWNER'), (d.physical || '_rw', 'READ_WRITE'),
                                            (d.physical || '_ro', 'READ_ONLY'), (d.quota_group, 'OF_A_FULL_ONE'))
                       t (physical, privilege)
                  LEFT JOIN pg_roles u ON u.rolname = t.physical
                 WHERE t.physical IS NOT NULL),
            logins AS (
                SELECT r.id, r.tenant_id, r.physical, r.connection_limit, coalesce(d.suspended, false) AS suspended, u.oid,
                       u.rolcanlogin, u.rolconnlimit
                  FROM roles r
                  LEFT JOIN databases d ON d.id = r.database_id
                  LEFT JOIN pg_roles u ON u.rolname = r.physical
                 WHERE r.status = 'active' AND coalesce(d.status, 'active') = 'active'),
            customers AS (
                SELECT id, tenant_id, physical, oid FROM tiers WHERE oid IS NOT NULL
                UNION ALL
                SELECT id, tenant_id, physical, oid FROM logins WHERE oid IS NOT NULL),
            meant AS (
                SELECT d.id, d.tenant_id, d.ours, d.physical, d.suspended, a.privilege, t.oid AS tier,
                       t.physical AS tier_name, l.oid AS login, l.physical AS login_name
                  FROM grants a
                  JOIN dbs d ON d.id = a.database_id
                  JOIN logins l ON l.id = a.role_id AND l.oid IS NOT NULL
                  LEFT JOIN tiers t ON t.id = a.database_id
                        AND t.privilege = CASE WHEN a.privilege = 'OWNER' AND d.quota_group IS NOT NULL THEN 'OF_A_FULL_ONE'
                                               ELSE a.privilege END),
            members AS (
                SELECT m.roleid, m.member, g.rolname AS role_name, u.rolname AS member_name,
                       pg_get_userbyid(m.grantor) AS grantor_name,
                       u.rolname = current_user AS is_service, m.admin_option,
                       coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)
                       OR coalesce((to_jsonb(m) ->> 'set_option')::boolean, true) AS effective
                  FROM pg_auth_members m
                  JOIN pg_roles g ON g.oid = m.roleid
                  JOIN pg_roles u ON u.oid = m.member),
            leaving AS (
                SELECT r.physical
                  FROM roles r
                  LEFT JOIN databases d ON d.id = r.database_id
                 WHERE r.status <> 'active' OR d.status <> 'active'
                UNION ALL
                SELECT d.physical || suffix
                  FROM databases d, unnest(ARRAY['_own', '_rw', '_ro']) suffix
                 WHERE d.status <> 'active'
                UNION ALL
                SELECT quota_group FROM databases WHERE status <> 'active' AND quota_group IS NOT NULL
                UNION ALL
                SELECT login FROM transfers WHERE login IS NOT NULL),
            acl AS (
                SELECT d.id, d.tenant_id, d.physical, d.suspended, d.datdba, a.grantee, a.privilege_type
                  FROM dbs d, aclexplode(d.datacl) a
                 WHERE d.ours),
            findings AS (
                SELECT 'database-lost' AS code, physical AS object, tenant_id, id,
                       format('Restore %I with OWNER %I, or DELETE /v1/databases/%s.', physical, current_user, id) AS remedy
                  FROM dbs WHERE oid IS NULL
                UNION ALL
                SELECT 'database-of-another-owner', physical, tenant_id, id,
                       format('ALTER DATABASE %I OWNER TO %I;', physical, current_user)
                  FROM dbs WHERE oid IS NOT NULL AND NOT ours
                UNION ALL
                SELECT 'database-half-dropped', physical, tenant_id, id,
                       format('Nobody can enter it any more: restore it, or DELETE /v1/databases/%s.', id)
                  FROM dbs WHERE ours AND datconnlimit = -2
                UNION ALL
                SELECT 'database-closed', physical, tenant_id, id,
                       format('ALTER DATABASE %I ALLOW_CONNECTIONS true;', physical)
                  FROM dbs WHERE ours AND datconnlimit <> -2 AND NOT datallowconn
                UNION ALL
                SELECT 'database-limit', physical, tenant_id, id,
                       format('ALTER DATABASE %I CONNECTION LIMIT %s; the service does so itself within a minute.',
                              physical, connection_limit)
                  FROM dbs WHERE ours AND datconnlimit NOT IN (-2, connection_limit)
                UNION ALL
                SELECT 'database-unknown', p.datname, NULL, NULL,
                       format('It is in no books: look who made it, then DROP DATABASE %I;', p.datname)
                  FROM pg_database p
                 WHERE pg_get_userbyid(p.datdba) = current_user
                   AND p.datname <> current_database()
                   AND NOT p.datistemplate
                   AND p.datname NOT IN (SELECT physical FROM databases UNION ALL SELECT prefix FROM pool)
                UNION ALL
                SELECT 'open-to-public', p.datname, d.tenant_id, d.id,
                       format('REVOKE ALL ON DATABASE %I FROM PUBLIC;', p.datname)
                  FROM pg_database p
                  LEFT JOIN dbs d ON d.oid = p.oid
                 WHERE (d.oid IS NOT NULL
                        OR p.datname IN ('postgres', 'template1', current_database())
                        OR p.datname IN (SELECT prefix FROM pool WHERE state = 'ready'))
                   AND (has_database_privilege('public', p.oid, 'CONNECT')
                        OR d.oid IS NOT NULL AND has_database_privilege('public', p.oid, 'TEMPORARY'))
                UNION ALL
                SELECT 'grant-unknown', physical, tenant_id, acl.id,
                       format('REVOKE ALL ON DATABASE %I FROM %I;', physical, u.rolname)
                  FROM acl
                  JOIN pg_roles u ON u.oid = acl.grantee
                 WHERE acl.grantee <> acl.datdba
                   AND u.rolname NOT IN (SELECT physical FROM leaving)
                   AND NOT EXISTS (SELECT FROM tiers t WHERE t.id = acl.id AND t.oid = acl.grantee)
                   AND NOT EXISTS (SELECT FROM meant m
                                    WHERE m.id = acl.id AND m.login = acl.grantee AND m.privilege = 'CONNECT')
                 GROUP BY physical, tenant_id, acl.id, u.rolname
                UNION ALL
                SELECT 'suspended-open', physical, tenant_id, id,
                       format('PUT /v1/databases/%s/suspension again.', id)
                  FROM acl
                 WHERE suspended AND grantee NOT IN (datdba, 0) AND privilege_type = 'CONNECT'
                 GROUP BY physical, tenant_id, id
                UNION ALL
                SELECT 'connect-missing', m.physical, m.tenant_id, m.id,
                       format('GRANT CONNECT ON DATABASE %I TO %I;', m.physical, m.name)
                  FROM (SELECT d.id, d.tenant_id, d.physical, t.oid, t.physical AS name
                          FROM dbs d JOIN tiers t ON t.id = d.id
                         WHERE d.ours AND NOT d.suspended AND t.oid IS NOT NULL
                        UNION ALL
                        SELECT id, tenant_id, physical, login, login_name
                          FROM meant WHERE ours AND privilege = 'CONNECT' AND NOT suspended) m
                 WHERE NOT EXISTS (SELECT FROM acl
                                    WHERE acl.id = m.id AND acl.grantee = m.oid AND acl.privilege_type = 'CONNECT')
                UNION ALL
                SELECT 'group-lost', physical, tenant_id, id,
                       format('CREATE ROLE %I NOLOGIN; as %I, then restore what it had.', physical, current_user)
                  FROM tiers WHERE oid IS NULL AND database IS NOT NULL
                UNION ALL
                SELECT 'role-lost', physical, tenant_id, id,
                       format('DELETE /v1/roles/%s and make it anew.', id)
                  FROM logins WHERE oid IS NULL
                UNION ALL
                SELECT 'role-shut-out', physical, tenant_id, id, format('ALTER ROLE %I LOGIN;', physical)
                  FROM logins WHERE NOT rolcanlogin AND NOT suspended
                UNION ALL
                SELECT 'suspended-open', physical, tenant_id, id, format('ALTER ROLE %I NOLOGIN;', physical)
                  FROM logins WHERE rolcanlogin AND suspended
                UNION ALL
                SELECT 'role-limit', physical, tenant_id, id,
                       format('ALTER ROLE %I CONNECTION LIMIT %s;', physical, connection_limit)
                  FROM logins WHERE rolconnlimit <> connection_limit
                UNION ALL
                SELECT 'role-too-powerful', c.physical, c.tenant_id, c.id,
                       format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;', c.physical)
                  FROM customers c
                  JOIN pg_roles u ON u.oid = c.oid
                 WHERE u.rolsuper OR u.rolcreatedb OR u.rolcreaterole OR u.rolreplication OR u.rolbypassrls
                UNION ALL
                SELECT 'group-logs-in', t.physical, t.tenant_id, t.id, format('ALTER ROLE %I NOLOGIN;', t.physical)
                  FROM tiers t
                  JOIN pg_roles u ON u.oid = t.oid
                 WHERE u.rolcanlogin
                UNION ALL
                SELECT 'member-missing', tier_name, tenant_id, id,
                       format('GRANT %I TO %I GRANTED BY %I;', tier_name, login_name, current_user)
                  FROM meant
                 WHERE tier IS NOT NULL
                   AND NOT EXISTS (SELECT FROM members m WHERE m.roleid = tier AND m.member = login)
                UNION ALL
                SELECT 'member-unknown', m.role_name, c.tenant_id, c.id,
                       format('REVOKE %I FROM %I GRANTED BY %I;', m.role_name, m.member_name, m.grantor_name)
                  FROM members m
                  JOIN customers c ON c.oid = CASE WHEN m.roleid IN (SELECT oid FROM customers) THEN m.roleid
                                                   ELSE m.member END
                 WHERE NOT m.is_service
                   AND m.role_name NOT IN (SELECT physical FROM leaving)
                   AND m.member_name NOT IN (SELECT physical FROM leaving)
                   AND NOT EXISTS (SELECT FROM meant WHERE meant.tier = m.roleid AND meant.login = m.member)
                UNION ALL
                SELECT 'service-is-member', m.role_name, c.tenant_id, c.id,
                       format('REVOKE %I FROM %I GRANTED BY %I; a deletion does so itself when it ends.',
                              m.role_name, m.member_name, m.grantor_name)
                  FROM members m
                  JOIN customers c ON c.oid = m.roleid
                 WHERE m.is_service AND m.effective AND NOT m.admin_option
                UNION ALL
                SELECT 'role-unknown', m.role_name, NULL, NULL,
                       format('The service made it and it is in no books: look what it has, then DROP ROLE %I;', m.role_name)
                  FROM members m
                 WHERE m.is_service
                   AND m.admin_option
                   AND m.role_name NOT IN (
                       SELECT physical FROM roles
                       UNION ALL
                       SELECT quota_group FROM databases WHERE quota_group IS NOT NULL
                       UNION ALL
                       SELECT physical || suffix FROM databases, unnest(ARRAY['_own', '_rw', '_ro']) suffix
                       UNION ALL
                       SELECT prefix || suffix FROM pool, unnest(ARRAY['_own', '_rw', '_ro']) suffix
                       UNION ALL
                       SELECT physical FROM gone_roles
                       UNION ALL
                       SELECT login FROM transfers WHERE login IS NOT NULL))
            SELECT code, object, remedy, tenant_id, id
              FROM findings
             ORDER BY code, object, remedy
             LIMIT 1001
            """;

    private final Servers servers;
    private final PlacementRepository placements;

    DriftRepository(Servers servers, PlacementRepository placements) {
        this.servers = servers;
        this.placements = placements;
    }

    Uni<Drift> drift() {
        List<String> down = servers.all().stream()
                .filter(server -> !server.isUp())
                .map(Server::name)
                .toList();
        return placements.gather(Scope.ALL, DriftRepository::found).map(found -> cut(found, down));
    }

    private static Uni<List<Finding>> found(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(FINDINGS).execute())
                .map(rows -> rows.stream()
                        .map(row -> Finding.from(row, server.name()))
                        .toList());
    }

    private static Drift cut(List<Finding> found, List<String> down) {
        return new Drift(found.stream().limit(MOST).toList(), found.size() > MOST, down);
    }
}
