package dev.hostwright.mail.forwarder;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ForwarderResourceIT extends ForwarderResourceTest {}
