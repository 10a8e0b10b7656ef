-- One rising number for all operations: a service can compare what two operations say about the same id.
CREATE SEQUENCE operation_fence;
GRANT USAGE ON SEQUENCE operation_fence TO ${service};

-- A row is one incarnation of a customer: an id that failed or was deleted may be used again, with a new row.
CREATE TABLE customer (
    id           uuid        NOT NULL,
    tenant_id    bigint      NOT NULL,
    public_id    text        NOT NULL,
    status       text        NOT NULL,
    suspended    boolean     NOT NULL DEFAULT false,
    desired      jsonb       NOT NULL,
    resources    jsonb       NOT NULL DEFAULT '{}',
    operation_id uuid        NOT NULL,
    revision     bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT customer_pkey PRIMARY KEY (id),
    CONSTRAINT customer_tenant_positive CHECK (tenant_id >= 1),
    CONSTRAINT customer_public_id_form CHECK (public_id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    CONSTRAINT customer_status_known
        CHECK (status IN ('pending', 'provisioning', 'active', 'failed', 'deleting', 'deleted'))
);
CREATE UNIQUE INDEX customer_live ON customer (tenant_id, public_id) WHERE status NOT IN ('failed', 'deleted');
CREATE INDEX customer_by_public_id ON customer (tenant_id, public_id, created_at DESC) WHERE status <> 'deleted';

-- The row is the job, the lease, the timer and the outbox.
CREATE TABLE operation (
    id                  uuid        NOT NULL,
    tenant_id           bigint      NOT NULL,
    customer_id         uuid        NOT NULL,
    public_id           text        NOT NULL,
    kind                text        NOT NULL,
    status              text        NOT NULL,
    phase               text        NOT NULL,
    request             jsonb       NOT NULL,
    revision            bigint      NOT NULL DEFAULT 1,
    last_seq            bigint      NOT NULL DEFAULT 0,
    fence               bigint      NOT NULL DEFAULT 0,
    attempt             integer     NOT NULL DEFAULT 0,
    lease_owner         uuid,
    lease_until         timestamptz,
    next_run_at         timestamptz NOT NULL DEFAULT now(),
    deadline_at         timestamptz NOT NULL,
    cancel_requested_at timestamptz,
    undoing_since       timestamptz,
    attention           boolean     NOT NULL DEFAULT false,
    result              jsonb,
    error               jsonb,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    finished_at         timestamptz,

    CONSTRAINT operation_pkey PRIMARY KEY (id),
    CONSTRAINT operation_customer_fkey FOREIGN KEY (customer_id) REFERENCES customer (id),
    CONSTRAINT operation_kind_known CHECK (kind IN ('provision', 'update', 'deprovision', 'suspend', 'resume')),
    CONSTRAINT operation_status_known
        CHECK (status IN ('pending', 'provisioning', 'active', 'failed', 'deleting', 'deleted')),
    CONSTRAINT operation_phase_known CHECK (phase IN ('queued', 'running', 'rolling_back', 'done')),
    CONSTRAINT operation_two_ends_only CHECK (phase <> 'done' OR status IN ('active', 'failed', 'deleted')),
    CONSTRAINT operation_failed_says_why CHECK (phase <> 'done' OR (status = 'failed') = (error IS NOT NULL))
);
-- One index finds new work, retries, ended leases and deadlines: a claim sets next_run_at to the end of its lease.
CREATE INDEX operation_due ON operation (next_run_at) WHERE phase <> 'done';
CREATE UNIQUE INDEX operation_running ON operation (customer_id) WHERE phase <> 'done';
CREATE INDEX operation_by_tenant ON operation (tenant_id, id);

CREATE TABLE step (
    operation_id uuid    NOT NULL,
    tenant_id    bigint  NOT NULL,
    name         text    NOT NULL,
    position     integer NOT NULL,
    resource_id  uuid    NOT NULL,
    state        text    NOT NULL DEFAULT 'planned',
    attempt      integer NOT NULL DEFAULT 0,
    uncertain    boolean NOT NULL DEFAULT false,
    next_run_at  timestamptz,
    result       jsonb,
    last_error   jsonb,
    started_at   timestamptz,
    finished_at  timestamptz,

    CONSTRAINT step_pkey PRIMARY KEY (operation_id, name),
    CONSTRAINT step_operation_fkey FOREIGN KEY (operation_id) REFERENCES operation (id) ON DELETE CASCADE,
    CONSTRAINT step_name_known CHECK (name IN ('database', 'mail', 'dns', 'mail-records')),
    CONSTRAINT step_state_known CHECK (state IN ('planned', 'started', 'done', 'refused', 'undoing', 'undone'))
);

-- The provisioning log. Never a secret in it.
CREATE TABLE event (
    operation_id uuid        NOT NULL,
    tenant_id    bigint      NOT NULL,
    seq          bigint      NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    level        text        NOT NULL,
    step         text,
    code         text        NOT NULL,
    message      text        NOT NULL,

    CONSTRAINT event_pkey PRIMARY KEY (operation_id, seq),
    CONSTRAINT event_operation_fkey FOREIGN KEY (operation_id) REFERENCES operation (id) ON DELETE CASCADE,
    CONSTRAINT event_level_known CHECK (level IN ('info', 'warn', 'error'))
);

CREATE TABLE idempotency_key (
    tenant_id    bigint      NOT NULL,
    scope        text        NOT NULL,
    key          text        NOT NULL,
    fingerprint  text        NOT NULL,
    operation_id uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,

    CONSTRAINT idempotency_key_pkey PRIMARY KEY (tenant_id, scope, key),
    CONSTRAINT idempotency_key_operation_fkey FOREIGN KEY (operation_id) REFERENCES operation (id) ON DELETE CASCADE
);
CREATE INDEX idempotency_key_expired ON idempotency_key (expires_at);

-- Passwords on their way to a service, sealed; the row goes when its operation is done.
CREATE TABLE operation_secret (
    operation_id uuid   NOT NULL,
    tenant_id    bigint NOT NULL,
    sealed       text   NOT NULL,

    CONSTRAINT operation_secret_pkey PRIMARY KEY (operation_id),
    CONSTRAINT operation_secret_operation_fkey FOREIGN KEY (operation_id) REFERENCES operation (id) ON DELETE CASCADE
);

ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer FORCE ROW LEVEL SECURITY;
CREATE POLICY customer_tenant ON customer
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON customer TO ${service};

ALTER TABLE operation ENABLE ROW LEVEL SECURITY;
ALTER TABLE operation FORCE ROW LEVEL SECURITY;
CREATE POLICY operation_tenant ON operation
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON operation TO ${service};

ALTER TABLE step ENABLE ROW LEVEL SECURITY;
ALTER TABLE step FORCE ROW LEVEL SECURITY;
CREATE POLICY step_tenant ON step
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON step TO ${service};

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
CREATE POLICY event_tenant ON event
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON event TO ${service};

ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_key_tenant ON idempotency_key
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO ${service};

ALTER TABLE operation_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE operation_secret FORCE ROW LEVEL SECURITY;
CREATE POLICY operation_secret_tenant ON operation_secret
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON operation_secret TO ${service};
