// SPDX-License-Identifier: Apache-2.0
/**
 * What this backend asks of the file system: names, open files and their forces, space, threads that wait for
 * the device.
 */
package io.varve.file.disk;
