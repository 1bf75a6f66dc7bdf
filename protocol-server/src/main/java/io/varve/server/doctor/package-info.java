// SPDX-License-Identifier: Apache-2.0
/** Looks at what a server needs from its machine, and says what is wrong ({@code varve-doctor.sh}). */
package io.varve.server.doctor;
