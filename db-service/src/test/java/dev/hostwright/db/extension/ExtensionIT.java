package dev.hostwright.db.extension;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ExtensionIT extends ExtensionTest {}
