/* What talks to containers and within them: a server that says who asks, a client that says what came of it, a
 * name server, and a sender of forged packets. One static program, so that it runs in any image.
 *
 *   peer serve PORT                       TCP and UDP, IPv4 and IPv6; port 0 is any, and is printed
 *   peer ask tcp|udp ADDRESS PORT WORDS   asks such a server, prints the answer or how it failed
 *   peer ping ADDRESS                     over a socket that needs no power; `pong`, or how it failed
 *   peer forge SENDER ADDRESS PORT WORDS  sends a datagram in the name of another, once
 *   peer name NAME=ADDRESS...             a name server at port 53 that knows these names and `*.` of them
 *   peer resolve|resolve6 SERVER NAME     asks a name server, prints addresses, or the code of the answer
 *
 * A server understands, as a line or a datagram: `who` (the client's address and port, as the server sees them),
 * `say WORD`, `note WORD` (remembers it), `heard WORD` (yes or no), `ask …` (asks another server, as above).
 * PEER_SECONDS ends it after so long, PEER_MARK marks what it sends. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LONGEST = 512, NOTES = 256 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t length_of(const union address *address) {
    return address->any.sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6;
}

static int read_address(const char *text, int port, union address *address) {
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
    } else {
        return -1;
    }
    return 0;
}

static void write_address(const union address *address, char *text, size_t size) {
    char name[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, name, sizeof name);
        snprintf(text, size, "%s %d\n", name, ntohs(address->v4.sin_port));
    } else {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, name, sizeof name);
        snprintf(text, size, "%s %d\n", name, ntohs(address->v6.sin6_port));
    }
}

static const char *failure(void) {
    switch (errno) {
    case ECONNREFUSED: return "refused\n";
    case ECONNRESET: return "reset\n";
    case EHOSTUNREACH: case ENETUNREACH: case EACCES: return "unreachable\n";
    case EAGAIN: case EINPROGRESS: case ETIMEDOUT: return "silence\n";
    default: return strerror(errno);
    }
}

/* Asks once over TCP, up to five times over UDP; fills `answer`, and says whether there is one. */
static int ask(const char *kind, const char *host, int port, const char *words, char *answer) {
    union address to;
    int type = strcmp(kind, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    if (read_address(host, port, &to) < 0) {
        strcpy(answer, "no address\n");
        return -1;
    }
    for (int attempt = 0; attempt < 5; attempt++) {
        struct timeval patience = {.tv_sec = type == SOCK_DGRAM ? 1 : 5};
        int mark = atoi(getenv("PEER_MARK") ? getenv("PEER_MARK") : "0"), got = 0, count;
        int fd = socket(to.any.sa_family, type | SOCK_CLOEXEC, 0);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if ((mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0) ||
            connect(fd, &to.any, length_of(&to)) < 0 || dprintf(fd, "%s\n", words) < 0) {
            strcpy(answer, failure());
            close(fd);
            return -1;
        }
        while (got < LONGEST && (count = recv(fd, answer + got, LONGEST - got, 0)) > 0) {
            got += count;
            if (type == SOCK_DGRAM) break;
        }
        int failed = got == 0 && count < 0;
        answer[got] = 0;
        if (failed) strcpy(answer, failure());
        else if (got == 0) strcpy(answer, "nothing\n");
        close(fd);
        if (!failed) return got == 0 ? -1 : 0;
        if (type == SOCK_STREAM || strcmp(answer, "silence\n") != 0) return -1;
    }
    return -1;
}

static int ping(const char *host) {
    struct timeval patience = {.tv_sec = 1};
    union address to;
    if (read_address(host, 0, &to) < 0) return 1;
    int v4 = to.any.sa_family == AF_INET, type = v4 ? 8 : 128;
    int fd = socket(to.any.sa_family, SOCK_DGRAM, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (int attempt = 0; attempt < 5; attempt++) {
        unsigned char echo[16] = {type, 0, 0, 0, 0, 0, 0, attempt};
        if (connect(fd, &to.any, length_of(&to)) < 0 || send(fd, echo, sizeof echo, 0) < 0) break;
        if (recv(fd, echo, sizeof echo, 0) > 0) {
            puts("pong");
            return 0;
        }
        if (errno != EAGAIN) break;
    }
    fputs(failure(), stdout);
    return 1;
}

struct notes {
    int count;
    char word[NOTES][64];
} *notes;

static void serve_one(char *request, const union address *client, char *answer) {
    char word[64], kind[8], host[64], words[LONGEST];
    int port;
    request[strcspn(request, "\r\n")] = 0;
    if (strcmp(request, "who") == 0) {
        write_address(client, answer, LONGEST);
    } else if (sscanf(request, "say %63s", word) == 1) {
        snprintf(answer, LONGEST, "%s\n", word);
    } else if (sscanf(request, "note %63s", word) == 1) {
        if (notes->count < NOTES) strcpy(notes->word[notes->count++], word);
        strcpy(answer, "noted\n");
    } else if (sscanf(request, "heard %63s", word) == 1) {
        int heard = 0;
        for (int number = 0; number < notes->count; number++) heard |= strcmp(notes->word[number], word) == 0;
        strcpy(answer, heard ? "yes\n" : "no\n");
    } else if (sscanf(request, "ask %7s %63s %d %400[^\n]", kind, host, &port, words) == 4) {
        ask(kind, host, port, words, answer);
    } else {
        strcpy(answer, "what?\n");
    }
}

/* A socket that serves; -1 where the family is not there or the port is taken. */
static int open_server(int family, int type, int port) {
    union address here;
    int yes = 1, fd = socket(family, type | SOCK_CLOEXEC, 0);
    read_address(family == AF_INET ? "0.0.0.0" : "::", port, &here);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (bind(fd, &here.any, length_of(&here)) < 0 || (type == SOCK_STREAM && listen(fd, 64) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int serve(int port) {
    struct pollfd sockets[4];
    union address own, client;
    socklen_t size = sizeof own;
    int any = port == 0;
    signal(SIGCHLD, SIG_IGN);
    notes = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    do {
        sockets[0].fd = open_server(AF_INET, SOCK_STREAM, any ? 0 : port);
        getsockname(sockets[0].fd, &own.any, &size);
        port = ntohs(own.v4.sin_port);
        sockets[1].fd = open_server(AF_INET, SOCK_DGRAM, port);
        sockets[2].fd = open_server(AF_INET6, SOCK_STREAM, port);
        sockets[3].fd = open_server(AF_INET6, SOCK_DGRAM, port);
    } while (any && sockets[1].fd < 0);
    if (sockets[0].fd < 0 || sockets[1].fd < 0) return 1;
    printf("serves %d\n", port);
    fflush(stdout);
    for (;;) {
        for (int number = 0; number < 4; number++) sockets[number].events = POLLIN;
        if (poll(sockets, 4, -1) < 0 && errno != EINTR) return 1;
        for (int number = 0; number < 4; number++) {
            char request[LONGEST + 1] = "", answer[LONGEST + 1] = "";
            socklen_t length = sizeof client;
            if (sockets[number].fd < 0 || !(sockets[number].revents & POLLIN)) continue;
            if (number % 2) {
                int count = recvfrom(sockets[number].fd, request, LONGEST, 0, &client.any, &length);
                if (count < 0) continue;
                serve_one(request, &client, answer);
                sendto(sockets[number].fd, answer, strlen(answer), 0, &client.any, length);
                continue;
            }
            int fd = accept(sockets[number].fd, &client.any, &length);
            if (fd >= 0 && fork() == 0) {
                struct timeval patience = {.tv_sec = 10};
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
                for (int got = 0, count; got < LONGEST && !strchr(request, '\n'); got += count)
                    if ((count = recv(fd, request + got, LONGEST - got, 0)) <= 0) _exit(0);
                serve_one(request, &client, answer);
                send(fd, answer, strlen(answer), MSG_NOSIGNAL);
                _exit(0);
            }
            close(fd);
        }
    }
}

static int forge(const char *sender, const char *host, int port, const char *words) {
    unsigned char packet[LONGEST + 64] = {0};
    struct iphdr *ip = (struct iphdr *)packet;
    struct udphdr *udp = (struct udphdr *)(ip + 1);
    union address to, from;
    if (read_address(host, 0, &to) < 0 || read_address(sender, 0, &from) < 0) return 1;
    int body = snprintf((char *)(udp + 1), LONGEST, "%s\n", words), size = sizeof *ip + sizeof *udp + body;
    *ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .tot_len = htons(size)};
    ip->saddr = from.v4.sin_addr.s_addr;
    ip->daddr = to.v4.sin_addr.s_addr;
    *udp = (struct udphdr){.source = htons(4321), .dest = htons(port), .len = htons(sizeof *udp + body)};
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0 || sendto(fd, packet, size, 0, &to.any, length_of(&to)) < 0) {
        printf("%s\n", strerror(errno));
        return 1;
    }
    puts("sent");
    return 0;
}

/* Reads the name of the question: where its type begins, or NULL. */
static unsigned char *read_name(unsigned char *at, unsigned char *end, char *name) {
    char *out = name;
    while (at < end && *at != 0) {
        if (*at > 63 || at + *at + 1 >= end || out - name + *at > 250) return NULL;
        if (out != name) *out++ = '.';
        memcpy(out, at + 1, *at);
        out += *at;
        at += *at + 1;
    }
    *out = 0;
    return at + 5 <= end ? at + 1 : NULL;
}

static int knows(const char *entry, const char *name, union address *address) {
    const char *value = strchr(entry, '=');
    size_t length = value - entry, asked = strlen(name);
    if (entry[0] == '*') {
        if (asked <= length - 1 || strncasecmp(name + asked - (length - 1), entry + 1, length - 1) != 0) return 0;
    } else if (asked != length || strncasecmp(entry, name, length) != 0) {
        return 0;
    }
    return read_address(value + 1, 0, address) == 0;
}

static int serve_names(char **entries) {
    int fd = open_server(AF_INET, SOCK_DGRAM, 53);
    if (fd < 0) return 1;
    puts("serves 53");
    fflush(stdout);
    for (;;) {
        unsigned char packet[1500];
        char name[256];
        union address client, found;
        socklen_t length = sizeof client;
        int count = recvfrom(fd, packet, 512, 0, &client.any, &length), answers = 0, known = 0;
        unsigned char *at = count < 12 ? NULL : read_name(packet + 12, packet + count, name);
        if (!at) continue;
        int type = at[0] << 8 | at[1];
        unsigned char *out = at + 4;
        for (char **entry = entries; *entry; entry++) {
            if (!strchr(*entry, '=') || !knows(*entry, name, &found)) continue;
            known = 1;
            int v6 = found.any.sa_family == AF_INET6, bytes = v6 ? 16 : 4;
            if (type != (v6 ? 28 : 1) || out - packet > 1400) continue;
            unsigned char head[12] = {0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes};
            memcpy(out, head, sizeof head);
            memcpy(out + sizeof head, v6 ? (void *)&found.v6.sin6_addr : (void *)&found.v4.sin_addr, bytes);
            out += sizeof head + bytes;
            answers++;
        }
        packet[2] = 0x84 | (packet[2] & 1);
        packet[3] = known ? 0x80 : 0x83;
        memset(packet + 4, 0, 8);
        packet[5] = 1;
        packet[7] = answers;
        sendto(fd, packet, out - packet, 0, &client.any, length);
    }
}

static int resolve(const char *server, const char *name, int type) {
    unsigned char packet[1500] = {0x72, 0x63, 1, 0, 0, 1}, *out = packet + 12;
    struct timeval patience = {.tv_sec = 5};
    union address to;
    char text[INET6_ADDRSTRLEN];
    if (read_address(server, 53, &to) < 0 || strlen(name) > 200) return 1;
    for (const char *label = name; *label;) {
        size_t length = strcspn(label, ".");
        *out++ = length;
        memcpy(out, label, length);
        out += length;
        label += length + (label[length] == '.');
    }
    *out++ = 0;
    memcpy(out, (unsigned char[]){0, type, 0, 1}, 4);
    out += 4;
    int fd = socket(to.any.sa_family, SOCK_DGRAM, 0), count = -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, &to.any, length_of(&to)) == 0 && send(fd, packet, out - packet, 0) >= 0)
        count = recv(fd, packet, sizeof packet, 0);
    if (count < 12) {
        fputs(failure(), stdout);
        return 1;
    }
    if (packet[3] & 15) {
        printf("code %d\n", packet[3] & 15);
        return 1;
    }
    for (unsigned char *at = out; at + 12 <= packet + count;) {
        /* The name is a pointer, or labels. */
        while (*at && *at < 0xc0 && at + 12 < packet + count) at += *at + 1;
        at += *at ? 2 : 1;
        int length = at[8] << 8 | at[9];
        if (at[1] == type && length == (type == 1 ? 4 : 16))
            puts(inet_ntop(type == 1 ? AF_INET : AF_INET6, at + 10, text, sizeof text));
        at += 10 + length;
    }
    return 0;
}

int main(int count, char **words) {
    char answer[LONGEST + 1] = "";
    if (getenv("PEER_SECONDS")) alarm(atoi(getenv("PEER_SECONDS")));
    const char *role = count > 1 ? words[1] : "";
    if (strcmp(role, "serve") == 0 && count == 3) return serve(atoi(words[2]));
    if (strcmp(role, "ping") == 0 && count == 3) return ping(words[2]);
    if (strcmp(role, "name") == 0) return serve_names(words + 2);
    if (strcmp(role, "resolve") == 0 && count == 4) return resolve(words[2], words[3], 1);
    if (strcmp(role, "resolve6") == 0 && count == 4) return resolve(words[2], words[3], 28);
    if (strcmp(role, "forge") == 0 && count == 6) return forge(words[2], words[3], atoi(words[4]), words[5]);
    if (strcmp(role, "ask") == 0 && count == 6) {
        int failed = ask(words[2], words[3], atoi(words[4]), words[5], answer);
        fputs(answer, stdout);
        return failed != 0;
    }
    fputs("peer serve|ask|ping|forge|name|resolve …\n", stderr);
    return 2;
}
