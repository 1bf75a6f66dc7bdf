// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Finds the processes that listen on a port, by Linux' {@code /proc}. */
final class PortHolders {
    private static final String LISTENING = "0A";
    private static final int ADDRESS = 1;
    private static final int STATE = 3;
    private static final int USER = 7;
    private static final int INODE = 9;

    private final Path proc;

    /** @param proc Linux' {@code /proc} */
    PortHolders(Path proc) {
        this.proc = proc;
    }

    /**
     * @param address where the port is wanted
     * @param port the port
     * @return a text for each process that is in the way; for the user of one that this user may not look at;
     *     empty if nothing is known
     */
    List<String> of(InetAddress address, int port) {
        Map<String, String> usersBySocket = new HashMap<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            sockets(table, address, port, usersBySocket);
        }
        List<String> holders = new ArrayList<>();
        if (!usersBySocket.isEmpty()) {
            for (Path process : entries(proc)) {
                if (process.getFileName().toString().matches("\\d+") && hasOneOf(process, usersBySocket)) {
                    holders.add("process " + process.getFileName() + name(process));
                }
            }
        }
        new TreeSet<>(usersBySocket.values())
                .forEach(user -> holders.add("a process of the user with id " + user + ", whose files are hidden"));
        return holders;
    }

    /** Adds the sockets that listen, by their inodes. */
    private void sockets(String table, InetAddress address, int port, Map<String, String> usersBySocket) {
        List<String> lines;
        try {
            lines = Files.readAllLines(proc.resolve(table));
        } catch (IOException e) {
            return; // another system than Linux, or one without IPv6
        }
        for (String line : lines) {
            String[] columns = line.trim().split("\\s+");
            if (columns.length > INODE && columns[STATE].equals(LISTENING)) {
                String[] local = columns[ADDRESS].split(":");
                if (Integer.parseInt(local[1], 16) == port && isInTheWay(address(local[0]), address)) {
                    usersBySocket.put("socket:[" + columns[INODE] + "]", columns[USER]);
                }
            }
        }
    }

    private static boolean isInTheWay(InetAddress taken, InetAddress wanted) {
        return taken.isAnyLocalAddress() || wanted.isAnyLocalAddress() || taken.equals(wanted);
    }

    /** @param hex words of four bytes each, in the machine's own order */
    private static InetAddress address(String hex) {
        byte[] shown = HexFormat.of().parseHex(hex);
        byte[] address = new byte[shown.length];
        for (int i = 0; i < address.length; i++) {
            address[i] = shown[ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? i ^ 3 : i];
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(hex + " is no address", e);
        }
    }

    /** Removes the sockets that the process has. */
    private static boolean hasOneOf(Path process, Map<String, String> usersBySocket) {
        boolean found = false;
        for (Path file : entries(process.resolve("fd"))) {
            try {
                found |= usersBySocket.remove(Files.readSymbolicLink(file).toString()) != null;
            } catch (IOException e) {
                continue; // closed meanwhile
            }
        }
        return found;
    }

    /** @return empty for what this user may not list, and for a process that has ended */
    private static List<Path> entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** @return without arguments, among which there may be secrets */
    private static String name(Path process) {
        try {
            return " (" + Files.readString(process.resolve("comm")).trim() + ")";
        } catch (IOException e) {
            return ""; // ended meanwhile
        }
    }
}
