/* Tells each client the address and port it came from: `ADDRESS PORT`, over TCP and UDP, IPv4 and IPv6, on all
   ports that are named. */
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int count, char **words) {
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
