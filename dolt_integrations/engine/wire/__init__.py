"""The MySQL protocol with a server that is not trusted.

- `session`: a pymysql connection that checks what the server asks for and sends
- `authentication`: methods that would send a password in clear
- `answers`: checks of the rows that a server sends
- `moved`: progress of rows that are sent to a server
"""
