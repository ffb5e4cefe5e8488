package main

// This file connects your solution to `rewind judge`. You need not read it, nor change it.
//
// It reads requests from standard input and writes replies to standard output, one JSON object a line.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"unicode/utf8"
)

type request struct {
	Type    string          `json:"type"`
	ID      json.RawMessage `json:"id"`
	Query   query           `json:"query"`
	Queries []query         `json:"queries"`
}

// A query keeps its words as JSON has them: a text, or an integer, which stands for its digits.
type query []json.RawMessage

// words gives the texts of a query's words.
func (q query) words() []string {
	words := make([]string, len(q))
	for place, data := range q {
		words[place] = string(data)
		if data[0] == '"' {
			_ = json.Unmarshal(data, &words[place]) // it has been read once, so it can be
		} else if strings.Trim(words[place], "0123456789") != "" {
			panic(words[place] + " is not a word of a query")
		}
	}
	return words
}

type reply map[string]interface{}

// A notSupported operation has no method, or one that is still to be written.
type notSupported struct{ text string }

func (e notSupported) Error() string { return e.text }

func main() {
	requests, replies := bufio.NewReaderSize(os.Stdin, 1<<16), bufio.NewWriter(os.Stdout)
	os.Stdin, _ = os.Open(os.DevNull)
	os.Stdout = os.Stderr // from here on, what the solution prints goes to standard error
	encoder := json.NewEncoder(replies)
	encoder.SetEscapeHTML(false)
	var s server
	s.loadError = protect(s.reset)
	for {
		line, err := requests.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return
		}
		reply := s.reply(bytes.TrimSpace(line))
		if reply == nil || encoder.Encode(reply) != nil || replies.Flush() != nil {
			return
		}
	}
}

type server struct {
	database  *Solution
	loadError error
	// Other names of operations, as far as the solution has granted them. It is told each query by its own name.
	aliases map[string]string
}

func (s *server) reset() {
	s.database, s.aliases = NewSolution(), map[string]string{}
}

// reply answers a line; nil is the answer to the last one.
func (s *server) reply(line []byte) reply {
	var r request
	err := read(line, &r)
	if err == nil && r.Type == "bye" {
		return nil
	}
	result, code := reply{}, "exception"
	if s.loadError != nil {
		err, code = s.loadError, "load"
	} else if err == nil {
		err = s.result(r, result)
	}
	result["id"] = r.ID
	if err == nil {
		result["type"] = r.Type + "_ok"
		return result
	}
	if errors.As(err, &notSupported{}) {
		code = "not-supported"
	}
	return reply{"type": "error", "id": r.ID, "code": code, "text": strings.Join(strings.Fields(err.Error()), " ")}
}

func read(line []byte, r *request) error {
	if !utf8.Valid(line) {
		return errors.New("the line is not UTF-8")
	}
	return json.Unmarshal(line, r)
}

// result fills in what belongs to a type of request.
func (s *server) result(r request, result reply) error {
	switch r.Type {
	case "step":
		if len(r.Query) == 0 {
			return errors.New("a step needs a query")
		}
		return protect(func() { result["answer"] = s.answer(r.Query) })
	case "list":
		if r.Queries == nil {
			return errors.New("a list needs queries")
		}
		answers := make([]interface{}, len(r.Queries))
		result["answers"] = answers
		return protect(func() {
			for place, query := range r.Queries {
				answers[place] = s.answer(query)
			}
		})
	case "reset":
		return protect(s.reset)
	case "hello":
		result["protocol"], result["name"] = 1, "Solution (Go)"
		return nil
	}
	return fmt.Errorf("no request of type %q", r.Type)
}

// protect makes an error of a panic, and prints where it comes from.
func protect(action func()) (err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case notSupported:
			err = cause
		default:
			text := fmt.Sprint(cause)
			if strings.HasPrefix(strings.ToLower(text), "not implemented") {
				err = notSupported{text}
				return
			}
			err = fmt.Errorf("panic: %s", text)
			fmt.Fprintf(os.Stderr, "%v\n%s", err, debug.Stack())
		}
	}()
	action()
	return nil
}

// answer is the answer to a query, as JSON is to have it: a text, or a list of them to a query of queries.
func (s *server) answer(q query) interface{} {
	operation := q[:1].words()[0]
	if meant, found := s.aliases[operation]; found {
		operation = meant
	}
	if operation == "BATCH" {
		answers := make([]interface{}, len(q)-1)
		for place, data := range q[1:] {
			var inner query
			if err := json.Unmarshal(data, &inner); err != nil {
				panic(err)
			}
			answers[place] = s.answer(inner)
		}
		return answers
	}
	words := q.words()
	words[0] = operation
	answer := call(s.database, words)
	if operation == "ALIAS" && answer == "true" {
		s.aliases[words[1]] = words[2]
	} else if operation == "RESET_ALIASES" {
		s.aliases = map[string]string{}
	}
	return answer
}

// call calls the method for a query, which its operation and the number of its words tell.
func call(s *Solution, w []string) string {
	switch w[0] + " " + strconv.Itoa(len(w)-1) {
	case "SET 3":
		return s.Set(w[1], w[2], w[3])
	case "GET 2":
		return s.Get(w[1], w[2])
	case "DELETE 2":
		return s.Delete(w[1], w[2])
	case "SCAN 1":
		return s.Scan(w[1])
	case "SCAN_BY_PREFIX 2":
		return s.ScanByPrefix(w[1], w[2])
	case "SET_AT 4":
		return s.SetAt(w[1], w[2], w[3], number(w[4]))
	case "SET_AT_WITH_TTL 5":
		return s.SetAtWithTTL(w[1], w[2], w[3], number(w[4]), number(w[5]))
	case "GET_AT 3":
		return s.GetAt(w[1], w[2], number(w[3]))
	case "DELETE_AT 3":
		return s.DeleteAt(w[1], w[2], number(w[3]))
	case "SCAN_AT 2":
		return s.ScanAt(w[1], number(w[2]))
	case "SCAN_BY_PREFIX_AT 3":
		return s.ScanByPrefixAt(w[1], w[2], number(w[3]))
	case "BACKUP 1":
		return s.Backup(number(w[1]))
	case "RESTORE 2":
		return s.Restore(number(w[1]), number(w[2]))
	case "TICK 1":
		return s.Tick(number(w[1]))
	case "PUT 2":
		return s.Put(w[1], w[2])
	case "PUT_WITH_TTL 3":
		return s.PutWithTTL(w[1], w[2], number(w[3]))
	case "GET 1":
		return s.GetOwn(w[1])
	case "DELETE 1":
		return s.DeleteRecord(w[1])
	case "EXISTS 1":
		return s.ExistsRecord(w[1])
	case "EXISTS 2":
		return s.Exists(w[1], w[2])
	case "KEYS 0":
		return s.Keys()
	case "VALUES 0":
		return s.Values()
	case "ITEMS 0":
		return s.Items()
	case "SIZE 0":
		return s.Size()
	case "CLEAR 0":
		return s.Clear()
	case "EXPIRE 2":
		return s.ExpireRecord(w[1], number(w[2]))
	case "EXPIRE 3":
		return s.Expire(w[1], w[2], number(w[3]))
	case "TTL 1":
		return s.TTLOfRecord(w[1])
	case "TTL 2":
		return s.TTL(w[1], w[2])
	case "PERSIST 1":
		return s.PersistRecord(w[1])
	case "PERSIST 2":
		return s.Persist(w[1], w[2])
	case "APPEND 3":
		return s.Append(w[1], w[2], w[3])
	case "FIND 3":
		return s.Find(w[1], w[2], w[3])
	case "BEGIN 0":
		return s.Begin()
	case "COMMIT 0":
		return s.Commit()
	case "ROLLBACK 0":
		return s.Rollback()
	case "ALIAS 2":
		return s.Alias(w[1], w[2])
	case "ALIASES 0":
		return s.Aliases()
	case "RESET_ALIASES 0":
		return s.ResetAliases()
	}
	panic(notSupported{"no method for " + strings.Join(w, " ")})
}

func number(word string) uint64 {
	number, err := strconv.ParseUint(word, 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}
