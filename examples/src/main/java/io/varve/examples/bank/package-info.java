// SPDX-License-Identifier: Apache-2.0
/** A bank whose accounts are nothing but events, kept by the engine as a library. */
package io.varve.examples.bank;
