package dev.hostwright.mail.limit;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LimitIT extends LimitTest {}
