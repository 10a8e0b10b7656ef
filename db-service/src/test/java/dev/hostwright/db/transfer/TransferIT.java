package dev.hostwright.db.transfer;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TransferIT extends TransferTest {}
