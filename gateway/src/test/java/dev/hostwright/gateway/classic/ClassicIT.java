package dev.hostwright.gateway.classic;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ClassicIT extends ClassicTest {}
