// SPDX-License-Identifier: Apache-2.0
/** Holds the one exception family that the engine's packages share. */
package io.varve.core;
