/* Talks to whoever knows how to ask.
 *
 *   seen PORT...            tells each client where it came from, as `ADDRESS PORT`: TCP and UDP, IPv4 and IPv6
 *   seen names NAME A.B.C.D a name server at port 53 that knows one name, and only its IPv4 address
 *   seen ping A.B.C.D       succeeds when an echo comes back; needs no capability (icmp(7), ping_group_range)
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int opened(int family, int kind, int port) {
    int s = socket(family, kind, 0), one = 1, failed;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (s < 0) return -1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (family == AF_INET6) setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    failed = family == AF_INET6 ? bind(s, (void *)&six, sizeof six) : bind(s, (void *)&four, sizeof four);
    if (failed || (kind == SOCK_STREAM && listen(s, 64))) return -1;
    return s;
}

static void answer(int s, int is_udp) {
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    char text[128], host[64], port[16];
    int client = -1, length;
    if (is_udp) {
        if (recvfrom(s, text, sizeof text, 0, (void *)&from, &size) < 0) return;
    } else if ((client = accept(s, (void *)&from, &size)) < 0) {
        return;
    }
    getnameinfo((void *)&from, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    length = snprintf(text, sizeof text, "%s %s\n", host, port);
    if (is_udp) {
        sendto(s, text, length, 0, (void *)&from, size);
    } else {
        send(client, text, length, MSG_NOSIGNAL);
        close(client);
    }
}

/* The name of the question as text; the length of the question, or 0 when it is none. */
static int question(const unsigned char *packet, int length, char *name) {
    int at = 12, to = 0;
    while (at < length && packet[at]) {
        int label = packet[at];
        if (label > 63 || at + 1 + label >= length || to + label + 2 > 256) return 0;
        if (to) name[to++] = '.';
        memcpy(name + to, packet + at + 1, label);
        to += label;
        at += 1 + label;
    }
    name[to] = 0;
    return at + 5 <= length ? at + 5 : 0;
}

static int serve_names(const char *known, const char *address) {
    static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
    unsigned char packet[512];
    char name[256];
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(s, (void *)&at, sizeof at)) return 1;
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        int length = recvfrom(s, packet, sizeof packet, 0, (void *)&from, &size), found;
        if (length < 12 || !(length = question(packet, length, name)) || length > 400) continue;
        found = !strcasecmp(name, known);
        /* A response, recursion available; one question, no records beside the answer; code 3: no such name. */
        packet[2] |= 0x80;
        packet[3] = found ? 0x80 : 0x83;
        memset(packet + 4, 0, 8);
        packet[5] = 1;
        if (found && packet[length - 3] == 1) {
            packet[7] = 1;
            memcpy(packet + length, record, sizeof record);
            inet_pton(AF_INET, address, packet + length + sizeof record);
            length += sizeof record + 4;
        }
        sendto(s, packet, length, 0, (void *)&from, size);
    }
}

static int ping(const char *address) {
    unsigned char echo[16] = {8}, answer[64];
    struct sockaddr_in to = {.sin_family = AF_INET};
    int s = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), turn;
    struct pollfd comes = {.fd = s, .events = POLLIN};
    if (s < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1) return 2;
    for (turn = 0; turn < 3; turn++) {
        /* The kernel fills in the identifier and the checksum. */
        sendto(s, echo, sizeof echo, 0, (void *)&to, sizeof to);
        if (poll(&comes, 1, 700) > 0 && recv(s, answer, sizeof answer, 0) > 0 && answer[0] == 0) return 0;
    }
    return 1;
}

int main(int count, char **words) {
    if (count == 4 && !strcmp(words[1], "names")) return serve_names(words[2], words[3]);
    if (count == 3 && !strcmp(words[1], "ping")) return ping(words[2]);
    struct pollfd sockets[64];
    int all = 0, i, n;
    for (i = 1; i < count && all + 4 <= 64; i++)
        for (n = 0; n < 4; n++) {
            sockets[all].fd = opened(n & 1 ? AF_INET6 : AF_INET, n & 2 ? SOCK_DGRAM : SOCK_STREAM, atoi(words[i]));
            sockets[all++].events = POLLIN;
        }
    puts("ready");
    fflush(stdout);
    for (;;) {
        poll(sockets, all, -1);
        for (n = 0; n < all; n++)
            if (sockets[n].revents & POLLIN) answer(sockets[n].fd, n & 2);
    }
}
