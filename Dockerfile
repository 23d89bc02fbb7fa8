# An image with the program and nothing else: it needs no certificates, no shell
# and no network, and runs as nobody.
#
#   docker build -t stateside .
#   docker run --rm --network none -v "$PWD:/work:ro" stateside
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /stateside ./cmd/stateside

FROM scratch
COPY --from=build /stateside /stateside
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/stateside"]
