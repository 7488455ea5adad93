docker save --output image.tar "$IMAGE"
# The scanner gets a copy of the image and nothing else: no socket, no token.
docker create --name scan anchore/grype:v0.117.0 docker-archive:/image.tar --only-fixed --fail-on high
docker cp image.tar scan:/image.tar
docker start --attach scan
