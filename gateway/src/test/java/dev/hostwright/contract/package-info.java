/** What the gateway relies on in every service behind it; each service runs these tests against itself. */
package dev.hostwright.contract;
