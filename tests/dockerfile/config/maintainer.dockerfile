# expect: image .author is "Jo <jo@example.org>"
# expect: history MAINTAINER Jo <jo@example.org>
FROM box
MAINTAINER Jo <jo@example.org>
