// SPDX-License-Identifier: Apache-2.0
/** The root of the engine: nothing but the one exception family the other packages share. */
package io.varve.core;
