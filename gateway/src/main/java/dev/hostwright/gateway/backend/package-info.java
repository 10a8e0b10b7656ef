/** The services behind the gateway: the few calls that are used, and the tokens they are made with. */
@NullMarked
package dev.hostwright.gateway.backend;

import org.jspecify.annotations.NullMarked;
