package dev.hostwright.db.reconcile;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SessionsLeftIT extends SessionsLeftTest {}
