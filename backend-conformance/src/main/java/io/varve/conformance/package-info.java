/**
 * The contract of {@link io.varve.core.spi.Storage} as tests: a backend extends {@link io.varve.conformance.StorageConformance} and says how
 * it is opened, reopened and crashed.
 */
package io.varve.conformance;
