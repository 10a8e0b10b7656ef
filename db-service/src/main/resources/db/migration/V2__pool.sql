-- Databases made ahead of need. They are nobody's yet, so there is no tenant and no row-level security here.
CREATE TABLE pool (
    prefix     text        COLLATE "C" NOT NULL,
    state      text        NOT NULL DEFAULT 'creating',
    dboid      oid,
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT pool_pkey PRIMARY KEY (prefix),
    CONSTRAINT pool_prefix_is_ours CHECK (prefix ~ '^pool_[a-z2-7]{20}$'),
    CONSTRAINT pool_state_known CHECK (state IN ('creating', 'ready', 'dead')),
    CONSTRAINT pool_ready_has_a_database CHECK (state <> 'ready' OR dboid IS NOT NULL)
);
CREATE INDEX pool_by_age ON pool (created_at) WHERE state = 'ready';
GRANT SELECT, INSERT, UPDATE, DELETE ON pool TO ${service};

-- The three groups of a database: its owner, who reads and writes, who reads. Nobody logs in as a group.
CREATE FUNCTION pool_groups(p_prefix text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE ROLE %I NOLOGIN', p_prefix || '_own');
    EXECUTE format('CREATE ROLE %I NOLOGIN', p_prefix || '_rw');
    EXECUTE format('CREATE ROLE %I NOLOGIN', p_prefix || '_ro');
END $$;

-- Shuts PUBLIC out, lets the groups in, and opens the new database for the service to go in once.
CREATE FUNCTION pool_harden(p_prefix text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', p_prefix);
    EXECUTE format('GRANT CONNECT, TEMPORARY, CREATE ON DATABASE %I TO %I', p_prefix, p_prefix || '_own');
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', p_prefix, p_prefix || '_rw');
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', p_prefix, p_prefix || '_ro');
    EXECUTE format('GRANT %I TO CURRENT_USER', p_prefix || '_own');
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true', p_prefix);
END $$;

-- Closes the database and leaves the owner group, so that the item waits as nobody's.
CREATE FUNCTION pool_finish(p_prefix text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false', p_prefix);
    EXECUTE format('REVOKE %I FROM CURRENT_USER', p_prefix || '_own');
    UPDATE pool
       SET state = 'ready', dboid = (SELECT oid FROM pg_database WHERE datname = p_prefix)
     WHERE prefix = p_prefix;
END $$;

-- The last step of taking an item away, when its database is gone. Only a name with a row is touched.
CREATE FUNCTION pool_forget(p_prefix text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM pool WHERE prefix = p_prefix AND state <> 'ready';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    EXECUTE format('DROP ROLE IF EXISTS %I, %I, %I', p_prefix || '_own', p_prefix || '_rw', p_prefix || '_ro');
END $$;
