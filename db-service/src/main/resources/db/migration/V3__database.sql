-- A login that a customer uses. "physical" is its name on the server; the verifier is what the server has too.
CREATE TABLE roles (
    id               uuid        NOT NULL,
    tenant_id        bigint      NOT NULL,
    username         text        COLLATE "C" NOT NULL,
    physical         text        COLLATE "C" NOT NULL,
    verifier         text        NOT NULL,
    connection_limit integer     NOT NULL,
    valid_until      timestamptz,
    database_id      uuid,
    status           text        NOT NULL DEFAULT 'active',
    made_by          uuid,
    fence            bigint      NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT roles_pkey PRIMARY KEY (id),
    CONSTRAINT roles_username_key UNIQUE (tenant_id, username),
    CONSTRAINT roles_physical_key UNIQUE (physical),
    CONSTRAINT roles_tenant_positive CHECK (tenant_id > 0),
    CONSTRAINT roles_username_form CHECK (username ~ '^[a-z][a-z0-9_]{1,46}[a-z0-9]$'),
    CONSTRAINT roles_verifier_is_scram CHECK (verifier LIKE 'SCRAM-SHA-256$%'),
    CONSTRAINT roles_connection_limit_positive CHECK (connection_limit > 0),
    CONSTRAINT roles_status_known CHECK (status IN ('active', 'deleting'))
);

-- A customer's database. "physical" is its name on the server, where it is ours if it also belongs to this service's role:
-- its number there is not kept, because a restored server numbers anew. owner_id is the login that owns what is in it.
CREATE TABLE databases (
    id               uuid        NOT NULL,
    tenant_id        bigint      NOT NULL,
    name             text        COLLATE "C" NOT NULL,
    physical         text        COLLATE "C" NOT NULL,
    owner_id         uuid,
    connection_limit integer     NOT NULL,
    status           text        NOT NULL DEFAULT 'active',
    suspended        boolean     NOT NULL DEFAULT false,
    made_by          uuid,
    fence            bigint      NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT databases_pkey PRIMARY KEY (id),
    CONSTRAINT databases_name_key UNIQUE (tenant_id, name),
    CONSTRAINT databases_physical_key UNIQUE (physical),
    CONSTRAINT databases_owner_fkey FOREIGN KEY (owner_id) REFERENCES roles (id) ON DELETE SET NULL,
    CONSTRAINT databases_tenant_positive CHECK (tenant_id > 0),
    CONSTRAINT databases_name_form CHECK (name ~ '^[a-z][a-z0-9_]{1,46}[a-z0-9]$'),
    CONSTRAINT databases_connection_limit_positive CHECK (connection_limit > 0),
    CONSTRAINT databases_status_known CHECK (status IN ('active', 'deleting'))
);
CREATE INDEX databases_by_owner ON databases (owner_id);
CREATE INDEX databases_by_age_deleting ON databases (updated_at) WHERE status = 'deleting';

-- The login was made with this database and goes with it.
ALTER TABLE roles
    ADD CONSTRAINT roles_database_fkey FOREIGN KEY (database_id) REFERENCES databases (id) ON DELETE SET NULL;
CREATE INDEX roles_by_database ON roles (database_id);

-- What a login may do in a database; lowered_at is when it last had more, so that older sessions can be ended.
CREATE TABLE grants (
    tenant_id   bigint      NOT NULL,
    database_id uuid        NOT NULL,
    role_id     uuid        NOT NULL,
    privilege   text        NOT NULL,
    lowered_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT grants_pkey PRIMARY KEY (database_id, role_id),
    CONSTRAINT grants_database_fkey FOREIGN KEY (database_id) REFERENCES databases (id) ON DELETE CASCADE,
    CONSTRAINT grants_role_fkey FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT grants_privilege_known CHECK (privilege IN ('OWNER', 'READ_WRITE', 'READ_ONLY', 'CONNECT'))
);
CREATE INDEX grants_by_role ON grants (role_id);

ALTER TABLE roles     ENABLE ROW LEVEL SECURITY;
ALTER TABLE roles     FORCE ROW LEVEL SECURITY;
ALTER TABLE databases ENABLE ROW LEVEL SECURITY;
ALTER TABLE databases FORCE ROW LEVEL SECURITY;
ALTER TABLE grants    ENABLE ROW LEVEL SECURITY;
ALTER TABLE grants    FORCE ROW LEVEL SECURITY;
CREATE POLICY roles_tenant ON roles
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
CREATE POLICY databases_tenant ON databases
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
CREATE POLICY grants_tenant ON grants
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON roles, databases, grants TO ${service};
