CREATE TABLE tombstones (
    tenant_id  bigint      NOT NULL,
    id         uuid        NOT NULL,
    fence      bigint      NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT tombstones_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tombstones_fence_not_negative CHECK (fence >= 0)
);

ALTER TABLE tombstones ENABLE ROW LEVEL SECURITY;
ALTER TABLE tombstones FORCE ROW LEVEL SECURITY;
CREATE POLICY tombstones_tenant ON tombstones
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON tombstones TO ${service};
