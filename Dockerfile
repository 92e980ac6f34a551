# The course in a container, for rooms where nothing else helps:
#   docker build -t asyncdemo . && docker run --rm -it asyncdemo tour
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir '/src[trio]'
WORKDIR /work
ENTRYPOINT ["asyncdemo"]
CMD ["list"]
