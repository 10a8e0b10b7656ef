/** Requests for what a service owns, handed to that service as they came, but for who is asking. */
@NullMarked
package dev.hostwright.gateway.passthrough;

import org.jspecify.annotations.NullMarked;
