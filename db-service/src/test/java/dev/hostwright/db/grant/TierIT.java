package dev.hostwright.db.grant;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TierIT extends TierTest {}
