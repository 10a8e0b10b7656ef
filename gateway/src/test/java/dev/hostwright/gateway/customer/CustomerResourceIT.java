package dev.hostwright.gateway.customer;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CustomerResourceIT extends CustomerResourceTest {}
