/* The mock cluster of librdkafka listens on free ports of 127.0.0.1 and advertises those, so only
 * its own network namespace can reach it. Preloaded, this gives the n-th listener the n-th place of
 * KAFKA_MOCK_PLACES instead: ADDRESS:PORT, or NETNS=ADDRESS:PORT in the namespace /run/netns/NETNS,
 * separated by blanks. IPv4, as the mock is.
 *
 *     clang -shared -fPIC -O2 -o mock_places.so mock_places.c
 *     export LD_PRELOAD=./mock_places.so KAFKA_MOCK_PLACES=10.66.5.2:9092
 *     kcat -b mock -X test.mock.num.brokers=1 -P -t none
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

static int next_place;

/* Puts a socket of another namespace in the place of one that nobody has used yet. */
static int move_to_namespace(int fd, const char *name)
{
	char path[256];
	int there, here, fresh, flags, result = -1;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	there = open(path, O_RDONLY | O_CLOEXEC);
	here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (there < 0 || here < 0 || setns(there, CLONE_NEWNET) != 0) {
		perror(path);
		goto out;
	}
	fresh = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	if (setns(here, CLONE_NEWNET) != 0) {
		perror("setns");
		abort();
	}
	flags = fcntl(fd, F_GETFL);
	if (fresh >= 0 && flags >= 0 && dup3(fresh, fd, O_CLOEXEC) == fd &&
	    fcntl(fd, F_SETFL, flags) == 0)
		result = 0;
	if (fresh >= 0)
		close(fresh);
out:
	if (there >= 0)
		close(there);
	if (here >= 0)
		close(here);
	return result;
}

/* The n-th word of the list, in parts; -1 if there are fewer. */
static int find_place(int n, char *name, size_t size, struct sockaddr_in *address)
{
	const char *at = getenv("KAFKA_MOCK_PLACES");
	char word[320], *start = word, *colon, *equals;
	size_t length;

	for (; at != NULL; at += length) {
		at += strspn(at, " ");
		length = strcspn(at, " ");
		if (length == 0)
			return -1;
		if (n-- == 0)
			break;
	}
	if (at == NULL || length >= sizeof(word))
		return -1;
	memcpy(word, at, length);
	word[length] = 0;
	name[0] = 0;
	equals = strchr(word, '=');
	if (equals != NULL) {
		*equals = 0;
		snprintf(name, size, "%s", word);
		start = equals + 1;
	}
	colon = strchr(start, ':');
	if (colon == NULL)
		return -1;
	*colon = 0;
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)atoi(colon + 1));
	return inet_pton(AF_INET, start, &address->sin_addr) == 1 ? 0 : -1;
}

__attribute__((visibility("default"))) int bind(int fd, const struct sockaddr *wanted,
						socklen_t length)
{
	bind_function *real = (bind_function *)dlsym(RTLD_NEXT, "bind");
	const struct sockaddr_in *in = (const struct sockaddr_in *)wanted;
	struct sockaddr_in place = {};
	char name[256];
	int one = 1;

	if (length < sizeof(*in) || in->sin_family != AF_INET ||
	    in->sin_addr.s_addr != htonl(INADDR_LOOPBACK) ||
	    find_place(next_place, name, sizeof(name), &place) != 0)
		return real(fd, wanted, length);
	next_place++;
	if (name[0] != 0 && move_to_namespace(fd, name) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return real(fd, (struct sockaddr *)&place, sizeof(place));
}
