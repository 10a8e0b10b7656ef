/**
 * Three endpoints in the form of the panel that came before: one call, one thing, and {@code success} in the answer.
 */
@NullMarked
package dev.hostwright.gateway.classic;

import org.jspecify.annotations.NullMarked;
