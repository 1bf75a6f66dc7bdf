// SPDX-License-Identifier: Apache-2.0
/**
 * A broker in the process of a test: {@link io.varve.test.Varve} starts one, and
 * {@link io.varve.test.VarveBroker} has JUnit do it.
 */
package io.varve.test;
