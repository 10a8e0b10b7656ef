/** What this service refuses, and how it says so over HTTP (RFC 9457). */
@NullMarked
package dev.hostwright.mail.problem;

import org.jspecify.annotations.NullMarked;
