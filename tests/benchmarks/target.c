/* A load target that is no limit: answers every request with the same bytes, each event of a stream
 * by a write of its own. One thread, epoll. It trusts its clients: Content-Length is understood,
 * chunked requests are not.
 *
 *     cc -O2 -o target target.c && ./target EVENTS
 *
 * prints the port that it listens on. A request whose body has "stream":true is answered with
 * EVENTS server-sent events and [DONE], any other one with a whole chat completion.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 8192
#define BUFFER 65536

struct connection {
    int fd, next;
    size_t held;
    char *data;
};

static struct connection all[CONNECTIONS];
static int active[CONNECTIONS], actives, events;
static char whole[1024], first[512], event[512], last[512];
static size_t whole_length, first_length, event_length, last_length;

static size_t chunk(char *to, const char *head, const char *text) {
    return (size_t)sprintf(to, "%s%zx\r\n%s\r\n", head, strlen(text), text);
}

static void make_answers(void) {
    const char *body =
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\","
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\" word\"},"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":32,\"completion_tokens\":1,"
        "\"total_tokens\":33}}";
    const char *one =
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
        "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},"
        "\"finish_reason\":null}]}\n\n";
    whole_length = (size_t)sprintf(
        whole, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(body), body);
    first_length = chunk(first,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        one);
    event_length = chunk(event, "", one);
    last_length = chunk(last, "", "data: [DONE]\n\n");
    last_length += (size_t)sprintf(last + last_length, "0\r\n\r\n");
}

static int put(int fd, const char *data, size_t length) {
    return send(fd, data, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void forget(struct connection *each) {
    close(each->fd);
    each->fd = -1;
    each->held = 0;
}

/* Takes whole requests off what has come; returns 0 if the connection is of no more use. */
static int answer(struct connection *each) {
    while (each->held && each->next < 0) {
        each->data[each->held] = 0;
        char *end = strstr(each->data, "\r\n\r\n");
        if (!end) return 1;
        char *length = strcasestr(each->data, "content-length:");
        size_t size = (size_t)(end + 4 - each->data);
        if (length && length < end) size += strtoul(length + 15, NULL, 10);
        if (each->held < size) return size < BUFFER;
        char kept = each->data[size];
        each->data[size] = 0;
        int streams = strstr(end, "\"stream\":true") || strstr(end, "\"stream\": true");
        each->data[size] = kept;
        each->held -= size;
        memmove(each->data, each->data + size, each->held);
        if (streams) {
            each->next = 0;
            active[actives++] = (int)(each - all);
        } else if (!put(each->fd, whole, whole_length)) {
            return 0;
        }
    }
    return 1;
}

/* Writes the next event of each stream. */
static void go_on(void) {
    int left = 0;
    for (int n = 0; n < actives; n++) {
        struct connection *each = &all[active[n]];
        if (each->fd < 0) { each->next = -1; continue; }
        int place = each->next++, good;
        if (place == 0) good = put(each->fd, first, first_length);
        else if (place < events) good = put(each->fd, event, event_length);
        else good = put(each->fd, last, last_length);
        if (good && place < events) { active[left++] = active[n]; continue; }
        each->next = -1;
        if (!good) forget(each);
    }
    actives = left;
}

int main(int count, char **words) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct epoll_event ready[512];
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    events = count > 1 ? atoi(words[1]) : 64;
    make_answers();
    if (bind(listener, (void *)&address, size) || listen(listener, 4096)) return 1;
    getsockname(listener, (void *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
    for (;;) {
        int found = epoll_wait(poll, ready, 512, actives ? 0 : -1);
        for (int n = 0; n < found; n++) {
            int fd = ready[n].data.fd;
            if (fd == listener) {
                int new = accept(listener, NULL, NULL);
                if (new < 0) continue;
                if (new >= CONNECTIONS) { close(new); continue; }
                setsockopt(new, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                struct connection *each = &all[new];
                if (!each->data) each->data = malloc(BUFFER + 1);
                each->fd = new;
                each->held = 0;
                each->next = -1;
                wanted.data.fd = new;
                epoll_ctl(poll, EPOLL_CTL_ADD, new, &wanted);
                continue;
            }
            struct connection *each = &all[fd];
            ssize_t got = recv(fd, each->data + each->held, BUFFER - each->held, 0);
            if (got <= 0) { forget(each); continue; }
            each->held += (size_t)got;
            if (!answer(each)) forget(each);
        }
        if (actives) go_on();
    }
}
