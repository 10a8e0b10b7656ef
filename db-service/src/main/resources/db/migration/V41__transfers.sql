-- Exports of databases to files, and imports of such files into others. "login" is there while a login is on the server that
-- was made for this alone; whoever works on one holds an advisory lock of its name, so where that is free nobody is at it.
CREATE TABLE transfers (
    database_id        uuid        NOT NULL,
    id                 uuid        NOT NULL,
    tenant_id          bigint      NOT NULL,
    kind               text        NOT NULL,
    source_database_id uuid,
    source_id          uuid,
    status             text        NOT NULL DEFAULT 'queued',
    login              text        COLLATE "C",
    bytes              bigint      NOT NULL DEFAULT 0,
    code               text,
    reason             text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    started_at         timestamptz,
    ended_at           timestamptz,

    CONSTRAINT transfers_pkey PRIMARY KEY (database_id, id),
    CONSTRAINT transfers_login_key UNIQUE (login),
    CONSTRAINT transfers_tenant_positive CHECK (tenant_id > 0),
    CONSTRAINT transfers_kind_known CHECK (kind IN ('export', 'import')),
    CONSTRAINT transfers_import_has_a_source CHECK ((kind = 'import') = (source_id IS NOT NULL AND source_database_id IS NOT NULL)),
    CONSTRAINT transfers_status_known CHECK (status IN ('queued', 'running', 'done', 'failed', 'deleting')),
    CONSTRAINT transfers_login_is_ours CHECK (login ~ '^zz_[a-z2-7]{20}$'),
    CONSTRAINT transfers_failed_says_why CHECK ((status = 'failed') = (code IS NOT NULL) OR status = 'deleting')
);
CREATE UNIQUE INDEX transfers_one_of_a_tenant_at_once ON transfers (tenant_id) WHERE status = 'running';
CREATE INDEX transfers_by_tenant ON transfers (tenant_id);
CREATE INDEX transfers_by_age_queued ON transfers (created_at) WHERE status = 'queued';

ALTER TABLE transfers ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfers FORCE ROW LEVEL SECURITY;
CREATE POLICY transfers_tenant ON transfers
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON transfers TO ${service};

-- Notes down what is asked for. Answers 'made', 'exists', 'no-database' or 'no-export'; that the state of things is against
-- it is an error. A tenant's others wait here, so that two at once do not get one more than he may.
CREATE FUNCTION ask_transfer(
    p_database uuid, p_id uuid, p_tenant bigint, p_kind text, p_source_database uuid, p_source uuid, p_most integer)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_database record;
    v_source   text;
BEGIN
    SELECT tenant_id, status, suspended INTO v_database
      FROM databases
     WHERE id = p_database AND (p_tenant IS NULL OR tenant_id = p_tenant) AND status <> 'deleted'
       FOR SHARE;
    IF NOT FOUND THEN
        RETURN 'no-database';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tenant:' || v_database.tenant_id, 0));
    IF EXISTS (SELECT FROM transfers WHERE database_id = p_database AND id = p_id) THEN
        RETURN 'exists';
    END IF;
    IF v_database.status = 'deleting' THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_database_stays', MESSAGE = 'the database is being deleted';
    ELSIF v_database.suspended THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_database_is_open', MESSAGE = 'the database is suspended';
    END IF;
    IF p_kind = 'import' THEN
        SELECT status INTO v_source
          FROM transfers
         WHERE database_id = p_source_database AND id = p_source AND tenant_id = v_database.tenant_id
           AND kind = 'export' AND status <> 'deleting';
        IF NOT FOUND THEN
            RETURN 'no-export';
        ELSIF v_source <> 'done' THEN
            RAISE check_violation USING CONSTRAINT = 'transfers_export_is_done', MESSAGE = 'the export is not done';
        END IF;
    END IF;
    IF (SELECT count(*) >= p_most
          FROM transfers
         WHERE tenant_id = v_database.tenant_id
           AND (status IN ('queued', 'running') OR kind = 'export' AND status = 'done'))
    THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_limit', MESSAGE = 'too many transfers';
    END IF;
    INSERT INTO transfers (database_id, id, tenant_id, kind, source_database_id, source_id)
    VALUES (p_database, p_id, v_database.tenant_id, p_kind, p_source_database, p_source);
    RETURN 'made';
END $$;

-- The beginning of one: its row says so, and its login is there, with what the database's owner may do and until then at most.
-- Answers the database's name on the server, or nothing: somebody else began it or another of the tenant's, or it is not
-- wanted any more, or has failed right here.
CREATE FUNCTION start_transfer(
    p_database uuid, p_id uuid, p_login text, p_verifier text, p_seconds double precision, p_temp text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_physical text;
BEGIN
    BEGIN
        UPDATE transfers SET status = 'running', login = p_login, started_at = now()
         WHERE database_id = p_database AND id = p_id AND status = 'queued';
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    EXCEPTION WHEN unique_violation THEN
        RETURN NULL;
    END;
    SELECT physical INTO v_physical
      FROM databases
     WHERE id = p_database AND status = 'active' AND NOT suspended
       FOR SHARE;
    IF NOT FOUND THEN
        UPDATE transfers
           SET status = 'failed', login = NULL, code = 'closed', reason = 'The database is suspended, or gone.', ended_at = now()
         WHERE database_id = p_database AND id = p_id;
        RETURN NULL;
    END IF;
    PERFORM make_login(p_login, 2, now() + make_interval(secs => p_seconds), p_verifier, p_temp);
    PERFORM set_privilege(v_physical, p_login, 'OWNER');
    RETURN v_physical;
END $$;

-- The end of one that is not wanted any more: from here on its login, where there is one, gets nowhere.
CREATE FUNCTION stop_transfer(p_database uuid, p_id uuid, p_tenant bigint, p_kind text, OUT known boolean, OUT login text)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE transfers t SET status = 'deleting'
     WHERE t.database_id = p_database AND t.id = p_id AND (p_tenant IS NULL OR t.tenant_id = p_tenant) AND t.kind = p_kind
    RETURNING t.login INTO login;
    known := FOUND;
    IF login IS NOT NULL THEN
        PERFORM set_login(login, false);
    END IF;
END $$;
