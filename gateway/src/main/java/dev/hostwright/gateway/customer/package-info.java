/** Customers: what they want, what they have, and the operations that lead from one to the other. */
@NullMarked
package dev.hostwright.gateway.customer;

import org.jspecify.annotations.NullMarked;
