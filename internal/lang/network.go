package lang

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

// parsePrefix reads an address prefix such as 10.0.0.0/8. Terraform takes
// leading zeros in the numbers of an IPv4 address for decimal ones.
func parsePrefix(text string) (netip.Prefix, error) {
	address, bits, ok := strings.Cut(text, "/")
	if ok && !strings.Contains(address, ":") {
		numbers := strings.Split(address, ".")
		for i, n := range numbers {
			if trimmed := strings.TrimLeft(n, "0"); n != "" {
				numbers[i] = trimmed
				if trimmed == "" {
					numbers[i] = "0"
				}
			}
		}
		text = strings.Join(numbers, ".") + "/" + bits
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}

// plus returns the address that lies n after another one; ok is false when that
// is none of its family.
func plus(a netip.Addr, n *big.Int) (sum netip.Addr, ok bool) {
	i := new(big.Int).SetBytes(a.AsSlice())
	i.Add(i, n)
	if i.Sign() < 0 || i.BitLen() > a.BitLen() {
		return a, false
	}
	bytes := make([]byte, a.BitLen()/8)
	sum, ok = netip.AddrFromSlice(i.FillBytes(bytes))
	return sum, ok
}

// powerOfTwo is 2 to the n.
func powerOfTwo(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

// whole reads a whole number of any size.
func whole(v cty.Value) (*big.Int, error) {
	i, accuracy := v.AsBigFloat().Int(nil)
	if accuracy != big.Exact {
		return nil, errors.New("it needs a whole number")
	}
	return i, nil
}

func cidrHost(p netip.Prefix, n *big.Int) (string, error) {
	size := powerOfTwo(p.Addr().BitLen() - p.Bits())
	if n.Sign() < 0 {
		n = new(big.Int).Add(size, n) // counted from the end
	}
	host, ok := plus(p.Addr(), n)
	if n.Sign() < 0 || n.Cmp(size) >= 0 || !ok {
		return "", fmt.Errorf("prefix of %d does not accommodate such a host number", p.Bits())
	}
	return host.String(), nil
}

func cidrSubnet(p netip.Prefix, newBits int, n *big.Int) (string, error) {
	bits := p.Bits() + newBits
	if newBits < 0 || bits > p.Addr().BitLen() {
		return "", errors.New("not enough address space is left")
	}
	if n.Sign() < 0 || n.Cmp(powerOfTwo(newBits)) >= 0 {
		return "", fmt.Errorf("prefix extension of %d does not accommodate such a subnet", newBits)
	}
	network, ok := plus(p.Addr(), new(big.Int).Mul(n, powerOfTwo(p.Addr().BitLen()-bits)))
	if !ok {
		return "", errors.New("not enough address space is left")
	}
	return netip.PrefixFrom(network, bits).String(), nil
}

// cidrSubnets lays networks one after another, each at a multiple of its size.
func cidrSubnets(p netip.Prefix, newBits []int) ([]cty.Value, error) {
	next := new(big.Int) // free from here, counted from the beginning
	end := powerOfTwo(p.Addr().BitLen() - p.Bits())
	var subnets []cty.Value
	for _, n := range newBits {
		bits := p.Bits() + n
		if n < 1 || bits > p.Addr().BitLen() {
			return nil, errors.New("must extend the prefix, and by no more than there is")
		}
		size := powerOfTwo(p.Addr().BitLen() - bits)
		next.Add(next, size).Sub(next, big.NewInt(1)).Div(next, size).Mul(next, size)
		network, ok := plus(p.Addr(), next)
		if !ok || next.Cmp(end) >= 0 {
			return nil, errors.New("not enough address space is left")
		}
		next = new(big.Int).Add(next, size)
		subnets = append(subnets, cty.StringVal(netip.PrefixFrom(network, bits).String()))
	}
	return subnets, nil
}

func cidrNetmask(text string) (string, error) {
	p, err := parsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		return "", errors.New("it needs an IPv4 prefix")
	}
	mask := new(big.Int).Sub(powerOfTwo(32), powerOfTwo(32-p.Bits()))
	address, _ := netip.AddrFromSlice(mask.FillBytes(make([]byte, 4)))
	return address.String(), nil
}

var prefixParam = function.Parameter{Name: "prefix", Type: cty.String}

func numberParam(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.Number}
}

var cidrHostFunc = function.New(&function.Spec{
	Params: []function.Parameter{prefixParam, numberParam("hostnum")},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, err
		}
		n, err := whole(args[1])
		if err != nil {
			return cty.NilVal, err
		}
		host, err := cidrHost(p, n)
		return cty.StringVal(host), err
	},
})

var cidrSubnetFunc = function.New(&function.Spec{
	Params: []function.Parameter{prefixParam, numberParam("newbits"), numberParam("netnum")},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, err
		}
		var newBits int
		if err := gocty.FromCtyValue(args[1], &newBits); err != nil {
			return cty.NilVal, err
		}
		n, err := whole(args[2])
		if err != nil {
			return cty.NilVal, err
		}
		network, err := cidrSubnet(p, newBits, n)
		return cty.StringVal(network), err
	},
})

var cidrSubnetsFunc = function.New(&function.Spec{
	Params:   []function.Parameter{prefixParam},
	VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
	Type:     function.StaticReturnType(cty.List(cty.String)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, err
		}
		var newBits []int
		for _, arg := range args[1:] {
			var n int
			if err := gocty.FromCtyValue(arg, &n); err != nil {
				return cty.NilVal, err
			}
			newBits = append(newBits, n)
		}
		subnets, err := cidrSubnets(p, newBits)
		if err != nil || len(subnets) == 0 {
			return cty.ListValEmpty(cty.String), err
		}
		return cty.ListVal(subnets), nil
	},
})

// cidrContainsFunc is OpenTofu's: whether a prefix holds an address or another
// prefix.
var cidrContainsFunc = function.New(&function.Spec{
	Params: []function.Parameter{prefixParam, {Name: "contained", Type: cty.String}},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, err
		}
		text := args[1].AsString()
		if !strings.Contains(text, "/") {
			a, err := netip.ParseAddr(text)
			return cty.BoolVal(p.Contains(a)), err
		}
		inner, err := parsePrefix(text)
		return cty.BoolVal(inner.Bits() >= p.Bits() && p.Contains(inner.Addr())), err
	},
})
