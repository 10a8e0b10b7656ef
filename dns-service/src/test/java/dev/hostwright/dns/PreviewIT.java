package dev.hostwright.dns;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PreviewIT extends PreviewTest {}
