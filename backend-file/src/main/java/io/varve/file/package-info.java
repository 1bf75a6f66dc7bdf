/** Partitions in plain segment files, laid out as Kafka does; the bytes are drawn in docs/formats/file.md. */
package io.varve.file;
