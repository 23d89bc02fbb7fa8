package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxMessage is the largest message that is read, in bytes.
const maxMessage = 64 << 20

// message is a request, a notification or a response of JSON-RPC 2.0.
type message struct {
	Version string           `json:"jsonrpc"`
	ID      *json.RawMessage `json:"id,omitempty"`
	Method  string           `json:"method,omitempty"`
	Params  json.RawMessage  `json:"params,omitempty"`
	Result  any              `json:"result,omitempty"`
	Error   *rpcError        `json:"error,omitempty"`
}

// response is the answer to a request; its result is there even when it is null.
type response struct {
	Version string           `json:"jsonrpc"`
	ID      *json.RawMessage `json:"id"`
	Result  any              `json:"result"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// The codes of errors, as JSON-RPC has them.
const (
	parseError     = -32700
	methodNotFound = -32601
	invalidParams  = -32602
	notInitialized = -32002
)

// readMessage reads one message with its header. A message that is no JSON is an
// error of the other side, after which the next one can be read.
func readMessage(r *bufio.Reader) (message, error) {
	length := -1
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return message{}, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return message{}, fmt.Errorf("the length of a message is %q", value)
			}
		}
	}
	if length < 0 || length > maxMessage {
		return message{}, fmt.Errorf("a message of %d bytes", length)
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(r, data); err != nil {
		return message{}, err
	}
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return message{}, errNoJSON
	}
	return m, nil
}

var errNoJSON = errors.New("a message is no JSON")

func writeMessage(w io.Writer, m any) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "Content-Length: %d\r\n\r\n%s", len(data), data)
	return err
}
