package dev.hostwright.gateway.passthrough;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PassThroughIT extends PassThroughTest {}
