-- Logins whose password was changed for another, under an id of the caller's choice. Where both are good for a while
-- (overlap), successor_id is the login that takes the place of this one, which goes at retire_at, or earlier: when none of
-- its sessions is left and its successor is in use. "ending" says that sessions are still to be ended.
CREATE TABLE rotations (
    role_id        uuid        NOT NULL,
    id             uuid        NOT NULL,
    tenant_id      bigint      NOT NULL,
    overlap        boolean     NOT NULL,
    username       text        COLLATE "C" NOT NULL,
    verifier       text        NOT NULL,
    successor_id   uuid,
    successor_seen boolean     NOT NULL DEFAULT false,
    retire_at      timestamptz,
    end_sessions   boolean     NOT NULL,
    ending         boolean     NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT rotations_pkey PRIMARY KEY (role_id, id),
    CONSTRAINT rotations_role_fkey FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT rotations_successor_fkey FOREIGN KEY (successor_id) REFERENCES roles (id) ON DELETE SET NULL,
    CONSTRAINT rotations_verifier_is_scram CHECK (verifier LIKE 'SCRAM-SHA-256$%'),
    CONSTRAINT rotations_overlap_has_an_end CHECK (overlap = (retire_at IS NOT NULL)),
    CONSTRAINT rotations_overlap_has_a_successor CHECK (overlap OR successor_id IS NULL),
    CONSTRAINT rotations_overlap_ends_no_sessions CHECK (NOT (overlap AND end_sessions)),
    CONSTRAINT rotations_ending_is_meant CHECK (end_sessions OR NOT ending)
);
-- a login has one successor at a time
CREATE UNIQUE INDEX rotations_one_at_a_time ON rotations (role_id) WHERE successor_id IS NOT NULL;
CREATE INDEX rotations_by_successor ON rotations (successor_id) WHERE successor_id IS NOT NULL;
CREATE INDEX rotations_by_ending ON rotations (created_at) WHERE ending;

ALTER TABLE rotations ENABLE ROW LEVEL SECURITY;
ALTER TABLE rotations FORCE ROW LEVEL SECURITY;
CREATE POLICY rotations_tenant ON rotations
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON rotations TO ${service};

-- A second login that may do what the first may, with a limit and an end as that has them. The first is locked, so that it
-- is given nothing meanwhile, and its databases, so that none is suspended or deleted.
CREATE FUNCTION make_successor(
    p_role uuid, p_id uuid, p_username text, p_login text, p_verifier text, p_operation uuid, p_fence bigint, p_temp text,
    p_max_roles integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_role     record;
    v_database record;
BEGIN
    SELECT tenant_id, connection_limit, valid_until, database_id INTO STRICT v_role
      FROM roles
     WHERE id = p_role
       FOR UPDATE;
    IF EXISTS (SELECT FROM rotations WHERE role_id = p_role AND successor_id IS NOT NULL) THEN
        RAISE unique_violation USING CONSTRAINT = 'rotations_one_at_a_time', MESSAGE = 'there is a successor';
    END IF;
    SELECT status, suspended INTO v_database FROM databases WHERE id = v_role.database_id FOR SHARE;
    IF v_database.status = 'deleting' THEN
        RAISE check_violation USING CONSTRAINT = 'rotations_database_stays', MESSAGE = 'the database is being deleted';
    ELSIF v_database.suspended THEN
        RAISE check_violation USING CONSTRAINT = 'rotations_database_is_open', MESSAGE = 'the database is suspended';
    END IF;
    PERFORM create_role(p_id, v_role.tenant_id, p_username, p_login, p_verifier, v_role.connection_limit,
                        v_role.valid_until, p_operation, p_fence, p_temp);
    UPDATE roles SET database_id = v_role.database_id WHERE id = p_id;
    FOR v_database IN
        SELECT d.id, d.physical, d.suspended, g.privilege
          FROM grants g
          JOIN databases d ON d.id = g.database_id
         WHERE g.role_id = p_role AND d.status = 'active'
         ORDER BY d.physical
           FOR SHARE OF d
    LOOP
        INSERT INTO grants (tenant_id, database_id, role_id, privilege)
        VALUES (v_role.tenant_id, v_database.id, p_id, v_database.privilege);
        IF NOT (v_database.suspended AND v_database.privilege = 'CONNECT') THEN -- that one is let in when it is resumed
            PERFORM set_privilege(v_database.physical, p_login, v_database.privilege);
        END IF;
    END LOOP;
    PERFORM check_limits_at_last(v_role.tenant_id, 0, p_max_roles);
END $$;

-- What is said to be a login's is its successor's from now on, also the place after the login that it succeeded itself.
CREATE FUNCTION hand_over(p_role uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_successor uuid;
BEGIN
    SELECT t.successor_id INTO v_successor
      FROM rotations t
      JOIN roles n ON n.id = t.successor_id AND n.status = 'active'
     WHERE t.role_id = p_role;
    IF FOUND THEN
        UPDATE databases SET owner_id = v_successor, updated_at = now() WHERE owner_id = p_role;
        UPDATE rotations SET successor_id = v_successor WHERE successor_id = p_role;
    END IF;
END $$;

-- The way out of a login that has a successor; false when it has none any more, or is on the way already.
CREATE FUNCTION retire_role(p_role uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('id:' || p_role, 0));
    UPDATE roles r SET status = 'deleting', updated_at = now()
     WHERE r.id = p_role
       AND r.status = 'active'
       AND EXISTS (SELECT FROM rotations t JOIN roles n ON n.id = t.successor_id
                    WHERE t.role_id = p_role AND n.status = 'active');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM hand_over(p_role);
    PERFORM set_login(physical, false) FROM roles WHERE id = p_role;
    RETURN true;
END $$;
