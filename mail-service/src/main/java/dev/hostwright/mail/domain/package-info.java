/** Mail domains: who has which, what is in them, and what DNS must say about them. */
@NullMarked
package dev.hostwright.mail.domain;

import org.jspecify.annotations.NullMarked;
