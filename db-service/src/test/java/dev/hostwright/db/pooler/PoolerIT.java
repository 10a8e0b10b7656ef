package dev.hostwright.db.pooler;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PoolerIT extends PoolerTest {}
